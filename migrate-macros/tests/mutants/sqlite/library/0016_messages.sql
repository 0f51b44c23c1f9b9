CREATE TABLE messages (
    name TEXT PRIMARY KEY,
    locale TEXT NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'de', 'fr')),
    "text" TEXT NOT NULL
);

INSERT INTO messages (name, locale, "text") VALUES
    ('due', 'en', 'Please bring it back.'),
    ('due-de', 'de', 'Bitte zur''ueck.'),
    ('due-fr', 'fr', 'Merci de le rapporter.'),
    ('late', 'en', 'It is late.');

UPDATE messages SET "text" = replace("text", 'Please', 'Kindly') WHERE name LIKE 'due%' AND locale = 'en';
DELETE FROM messages WHERE name = 'late' AND "text" <> 'It is late!';
