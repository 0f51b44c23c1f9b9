CREATE OR REPLACE FUNCTION ticket_age(opened timestamptz) RETURNS interval
LANGUAGE sql STABLE AS $$ SELECT now() - opened $$;

CREATE FUNCTION member_count(project bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM memberships m WHERE m.project_id = project
$$;

CREATE FUNCTION close_ticket(ticket bigint) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE tickets SET closed_at = now() WHERE id = ticket;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no ticket %', ticket;
    END IF;
END
$body$;

CREATE PROCEDURE archive_project(project bigint)
LANGUAGE sql AS $$
    UPDATE projects SET archived_at = now() WHERE id = project;
    DELETE FROM memberships WHERE project_id = project AND role = 'guest';
$$;

COMMENT ON FUNCTION ticket_age(timestamptz) IS 'how long a ticket has been open';
