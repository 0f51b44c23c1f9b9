ALTER TABLE orders ADD COLUMN state TEXT NOT NULL DEFAULT 'open';

CREATE VIEW open_orders AS SELECT id, customer_id, total_cents FROM orders WHERE state = 'open';
