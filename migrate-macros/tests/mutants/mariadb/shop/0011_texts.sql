CREATE TABLE texts (
    name VARCHAR(40) NOT NULL PRIMARY KEY,
    locale ENUM('en', 'de', 'fr') NOT NULL DEFAULT 'en' COMMENT 'of the reader',
    `from` VARCHAR(80) NOT NULL DEFAULT 'shop@example.org',
    body TEXT NOT NULL
) COMMENT = 'what is sent';

INSERT INTO texts (name, locale, body) VALUES
    ('welcome', 'en', 'Good to see you.'),
    ('welcome-de', 'de', 'Guten Tag.'),
    ('welcome-fr', 'fr', 'Bonjour.'),
    ('shipped', 'en', 'It''s on its way.');

UPDATE texts SET `from` = 'hello@example.org', body = REPLACE(body, '.', '!')
WHERE locale = 'en' AND name NOT IN ('shipped', 'invoice');
DELETE FROM texts WHERE name LIKE 'old-%' OR body = '';
