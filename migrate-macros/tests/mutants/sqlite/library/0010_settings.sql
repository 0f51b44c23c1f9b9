CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value ANY,
    changed_at INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO settings (key, value) VALUES ('loan_days', 28), ('currency', 'eur')
ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = 1;

CREATE TRIGGER settings_changed AFTER UPDATE ON settings FOR EACH ROW
BEGIN
    UPDATE settings SET changed_at = unixepoch() WHERE key = new.key;
END;
