CREATE TABLE tariffs (
    code varchar(12) PRIMARY KEY,
    price numeric(10, 4) NOT NULL,
    valid daterange NOT NULL,
    for_unit unit NOT NULL DEFAULT 'kWh'
);
ALTER TABLE meters ADD COLUMN tariff_code varchar(12);
ALTER TABLE meters ADD CONSTRAINT meters_tariff FOREIGN KEY (tariff_code) REFERENCES tariffs (code) NOT VALID;
INSERT INTO tariffs (code, price, valid) VALUES
    ('day', 0.3150, '[2024-01-01,2025-01-01)'),
    ('night', 0.2100, '[2024-01-01,)');
UPDATE meters SET tariff_code = 'day' WHERE measured_in = 'kWh';
ALTER TABLE meters VALIDATE CONSTRAINT meters_tariff;
CREATE VIEW bills AS
SELECT c.mail, m.serial_no, latest(m.serial_no) * t.price * (1 - c.discount / 100) AS due
FROM customers c
JOIN meters m ON m.customer_no = c.customer_no
LEFT JOIN tariffs t ON t.code = m.tariff_code;
