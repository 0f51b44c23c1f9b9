CREATE TABLE reviews (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product_sku VARCHAR(32) NOT NULL,
    customer_id BIGINT UNSIGNED,
    stars TINYINT UNSIGNED NOT NULL,
    text LONGTEXT,
    data JSON,
    written_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    FULLTEXT KEY reviews_text (text),
    KEY reviews_of_product (product_sku, stars)
);
ALTER TABLE reviews ADD CONSTRAINT reviews_product FOREIGN KEY (product_sku) REFERENCES products (sku);
ALTER TABLE reviews ADD CONSTRAINT reviews_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE SET NULL;
DELETE FROM reviews WHERE stars > 5;
