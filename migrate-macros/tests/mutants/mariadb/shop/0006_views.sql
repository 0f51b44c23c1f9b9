CREATE VIEW open_orders AS
SELECT o.id, c.email, o.placed_at, SUM(l.amount) AS amount
FROM orders o
INNER JOIN customers c ON c.id = o.customer_id
LEFT JOIN order_lines l ON l.order_id = o.id
WHERE o.shipped_at IS NULL
GROUP BY o.id, c.email, o.placed_at;

CREATE OR REPLACE VIEW best_sellers AS
SELECT p.sku, p.title, SUM(l.quantity) AS sold
FROM products AS p
JOIN order_lines AS l ON l.product_sku = p.sku
GROUP BY p.sku, p.title
HAVING sold > 10
ORDER BY sold DESC;
