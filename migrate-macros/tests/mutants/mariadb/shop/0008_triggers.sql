CREATE TABLE stock_log (
    id INT AUTO_INCREMENT PRIMARY KEY,
    product_sku VARCHAR(32) NOT NULL,
    delta INT NOT NULL,
    at DATETIME(3) NOT NULL
);

DELIMITER //
CREATE TRIGGER stock_changes AFTER UPDATE ON stock FOR EACH ROW
BEGIN
    INSERT INTO stock_log (product_sku, delta, at)
    VALUES (NEW.product_sku, NEW.on_hand - OLD.on_hand, NOW(3));
END//

CREATE PROCEDURE ship(IN wanted BIGINT UNSIGNED)
BEGIN
    UPDATE orders SET shipped_at = NOW() WHERE id = wanted;
    UPDATE stock s JOIN order_lines l ON l.product_sku = s.product_sku
    SET s.on_hand = s.on_hand - l.quantity
    WHERE l.order_id = wanted;
END//
DELIMITER ;

CREATE FUNCTION net(gross DECIMAL(12, 2)) RETURNS DECIMAL(12, 2) DETERMINISTIC
RETURN gross / 1.19;
