CREATE TABLE mail_templates (
    name text PRIMARY KEY,
    locale char(5) NOT NULL DEFAULT 'en_US',
    subject text NOT NULL,
    "from" text NOT NULL DEFAULT 'noreply@example.org',
    body text NOT NULL,
    CONSTRAINT mail_templates_locale CHECK (locale ~ '^[a-z]{2}_[A-Z]{2}$')
);

INSERT INTO mail_templates (name, locale, subject, body) VALUES
    ('welcome', 'en_US', 'Welcome!', 'Hello %s, good to see you.'),
    ('welcome-de', 'de_DE', 'Willkommen!', 'Guten Tag %s.'),
    ('reset', 'en_US', 'Your password', E'Follow this link:\n%s'),
    ('invoice', 'en_US', 'Your invoice', 'It''s attached.');

UPDATE mail_templates
SET subject = replace(subject, '!', '.'), "from" = 'hello@example.org'
WHERE locale LIKE 'en%' AND name NOT IN ('reset', 'invoice');
COMMENT ON COLUMN mail_templates."from" IS 'the address that answers go to';
