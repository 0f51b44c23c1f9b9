ALTER TABLE tickets ADD COLUMN search tsvector
    GENERATED ALWAYS AS (to_tsvector('english', coalesce(subject, '') || ' ' || coalesce(body, ''))) STORED;
CREATE INDEX tickets_search_idx ON tickets USING gin (search);
CREATE INDEX projects_labels_idx ON projects USING gin (labels);
CREATE INDEX projects_setting_idx ON projects ((settings ->> 'theme'));
CREATE INDEX accounts_created_idx ON accounts (date_trunc('day', created_at AT TIME ZONE 'UTC'));
