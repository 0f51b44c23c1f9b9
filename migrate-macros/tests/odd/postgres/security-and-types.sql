CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('request.sub', true), '')::uuid $$;
CREATE TABLE teams (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner uuid NOT NULL DEFAULT auth.uid(), name text UNIQUE);
CREATE TABLE members (team_id uuid REFERENCES teams ON DELETE CASCADE, user_id uuid, role text, PRIMARY KEY (team_id, user_id));
CREATE OR REPLACE FUNCTION is_member(team teams) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT EXISTS (SELECT FROM public.members AS m WHERE m.team_id = team.id AND m.user_id = (SELECT auth.uid()))
$$;
CREATE FUNCTION roles_of(team uuid, OUT role text, OUT many bigint) RETURNS SETOF record LANGUAGE sql AS $function$
    SELECT m.role, count(*) AS many FROM members m WHERE m.team_id = team GROUP BY m.role HAVING count(*) > 0 ORDER BY many DESC;
$function$;
CREATE FUNCTION full_name(teams) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1.name || ' team' $$;
SELECT t.full_name, (t).full_name, full_name(t), t.is_member FROM teams t;
ALTER TABLE teams ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "members see; owners change" ON teams AS PERMISSIVE FOR ALL TO PUBLIC USING (is_member(teams) OR owner = auth.uid()) WITH CHECK (owner = (SELECT auth.uid()) AND (SELECT count(*) FROM members WHERE team_id = id) < 10);
CREATE POLICY two ON members FOR SELECT USING (team_id IN (SELECT t.id FROM teams t WHERE t.owner = members.user_id));
ALTER POLICY two ON members USING (role <> 'guest');
DROP POLICY "members see; owners change" ON teams;
CREATE TYPE address AS (street text, zip text);
CREATE TABLE homes (id int, at address, all_of address[], CHECK ((at).zip ~ '^\d+$'), UNIQUE (at));
CREATE FUNCTION move(home homes, new address) RETURNS homes LANGUAGE sql AS $$
    UPDATE homes h SET at.street = new.street, at.zip = (new).zip WHERE h.id = home.id RETURNING h.*
$$;
CREATE FUNCTION count_rows(tab regclass) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM ' || tab INTO n; RETURN n; END $$;
SELECT count_rows('homes'), (all_of[1]).street, (all_of)[1].zip, ((move(h, ROW('a', 'b'))).at).zip FROM homes h;
CREATE FUNCTION pages(page int, size int DEFAULT 10) RETURNS TABLE (id int, zip text) LANGUAGE sql ROWS 10 AS $$
    SELECT homes.id, (homes.at).zip FROM homes ORDER BY homes.id LIMIT size OFFSET page * size
$$;
CREATE FUNCTION json_of(home_id int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('home', to_jsonb(h), 'rows', (SELECT jsonb_agg(x ORDER BY x.id) FROM (SELECT id FROM homes WHERE homes.id = home_id) x), 'each', (SELECT string_agg(key || value::text, ';') FROM jsonb_each(to_jsonb(h)) WHERE key <> 'id'))
    FROM homes AS h WHERE h.id = json_of.home_id
$$;
CREATE FUNCTION insert_many(ids int[]) RETURNS void LANGUAGE sql BEGIN ATOMIC
    INSERT INTO homes (id) SELECT i FROM unnest(ids) AS i;
    DELETE FROM homes WHERE homes.id = ANY (ids) AND homes.at IS NULL;
END;
CREATE TABLE ranges (during tstzrange, room int, EXCLUDE USING gist (during WITH &&) INCLUDE (room) WHERE (NOT isempty(during)) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE typed OF address (zip NOT NULL, PRIMARY KEY (street));
INSERT INTO typed (street, zip) VALUES ('a', 'b');
CREATE TABLE computed AS SELECT id, (at).zip AS zip, row_number() OVER () FROM homes WITH NO DATA;
ALTER TABLE computed ADD PRIMARY KEY (id), ADD UNIQUE (zip, row_number);
PREPARE by_id (int) AS SELECT zip FROM computed WHERE id = $1;
EXECUTE by_id(1);
DEALLOCATE by_id;
DECLARE c CURSOR FOR SELECT id FROM computed;
FETCH NEXT FROM c;
CLOSE c;
LOCK TABLE ONLY computed IN ACCESS EXCLUSIVE MODE NOWAIT;
NOTIFY channel, 'payload; here';
