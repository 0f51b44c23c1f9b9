CREATE TABLE orders (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id BIGINT UNSIGNED NOT NULL,
    placed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    shipped_at TIMESTAMP NULL DEFAULT NULL,
    total DECIMAL(12, 2) NOT NULL DEFAULT 0.00,
    note MEDIUMTEXT,
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB;

CREATE TABLE order_lines (
    order_id BIGINT UNSIGNED NOT NULL,
    line SMALLINT NOT NULL,
    product_sku VARCHAR(32) NOT NULL,
    quantity INT NOT NULL DEFAULT 1,
    unit_price DECIMAL(10, 2) NOT NULL,
    amount DECIMAL(12, 2) AS (quantity * unit_price) STORED,
    PRIMARY KEY (order_id, line),
    CONSTRAINT lines_of_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
    CONSTRAINT lines_of_product FOREIGN KEY (product_sku) REFERENCES products (sku),
    CONSTRAINT lines_positive CHECK (quantity > 0)
);
