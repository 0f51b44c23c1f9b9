ALTER TABLE orders
    ADD COLUMN invoice_number VARCHAR(20) NULL AFTER customer_id,
    ADD COLUMN currency CHAR(3) NOT NULL DEFAULT 'EUR',
    ADD UNIQUE INDEX orders_invoice (invoice_number);
ALTER TABLE customers MODIFY COLUMN vat_number VARCHAR(20) DEFAULT NULL;
ALTER TABLE customers CHANGE COLUMN active is_active TINYINT(1) NOT NULL DEFAULT 1;
ALTER TABLE order_lines ADD INDEX lines_by_product (product_sku, order_id);
CREATE UNIQUE INDEX customers_vat ON customers (vat_number);
