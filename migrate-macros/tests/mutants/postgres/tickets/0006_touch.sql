ALTER TABLE projects ADD COLUMN updated_at timestamptz;
ALTER TABLE tickets ADD COLUMN updated_at timestamptz, ADD COLUMN watchers integer NOT NULL DEFAULT 0;

UPDATE projects SET updated_at = now() WHERE archived_at IS NULL;
UPDATE tickets AS t
SET updated_at = coalesce(t.closed_at, t.opened_at)
FROM projects p
WHERE p.id = t.project_id AND p.visible <> 'private';

ALTER TABLE projects ALTER COLUMN updated_at SET DEFAULT now();

CREATE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER projects_touch BEFORE UPDATE ON projects
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER tickets_touch BEFORE UPDATE OF subject, body, priority ON tickets
    FOR EACH ROW WHEN (OLD.subject IS DISTINCT FROM NEW.subject)
    EXECUTE FUNCTION touch_updated_at();
