INSERT INTO customers (email, name) VALUES ('a@example.org', 'Ann'), ('b@example.org', 'Bob');
INSERT INTO categories (title) VALUES ('books'), ('tools');
INSERT INTO products (sku, category_id, title, price)
SELECT CONCAT('S', c.id), c.id, CONCAT('All about ', c.title), 9.90
FROM categories c
WHERE c.parent_id IS NULL;
UPDATE products SET state = 'on sale' WHERE price > 5 AND category_id IN (SELECT id FROM categories);
UPDATE products p JOIN categories c ON c.id = p.category_id SET p.description = c.title WHERE p.description IS NULL;
