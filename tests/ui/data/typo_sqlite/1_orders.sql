CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    note TEXT DEFAULT 'ä',
    total INTEGER NOT NULL DEFAULT 0,
);
CREATE INDX orders_by_total ON orders (total);
CREATE TRIGGER touch AFTER UPDATE ON orders BEGIN
    UPDATE orders SET total = WHERE id = new.id;
END;
