CREATE TABLE warehouses (
    code CHAR(4) NOT NULL PRIMARY KEY,
    city VARCHAR(60) NOT NULL
);
CREATE TABLE stock (
    warehouse_code CHAR(4) NOT NULL,
    product_sku VARCHAR(32) NOT NULL,
    on_hand INT NOT NULL DEFAULT 0,
    counted_on DATE,
    PRIMARY KEY (warehouse_code, product_sku),
    FOREIGN KEY (warehouse_code) REFERENCES warehouses (code),
    FOREIGN KEY (product_sku) REFERENCES products (sku) ON DELETE CASCADE
);
INSERT INTO warehouses VALUES ('HAM1', 'Hamburg'), ('LYS2', 'Lyon');
INSERT INTO stock (warehouse_code, product_sku, on_hand)
SELECT w.code, p.sku, 100 FROM warehouses w CROSS JOIN products p WHERE p.price > 0
ON DUPLICATE KEY UPDATE on_hand = VALUES(on_hand);
