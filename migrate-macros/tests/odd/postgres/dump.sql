SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
CREATE FUNCTION public.later(id bigint) RETURNS public.citext
    LANGUAGE sql STABLE
    AS $_$ SELECT name FROM public.people WHERE people.id = $1 $_$;
CREATE TABLE public.people (
    id bigint NOT NULL,
    name public.citext,
    mood character varying(20) DEFAULT 'ok'::character varying NOT NULL,
    born date DEFAULT ('now'::text)::date,
    CONSTRAINT people_mood_check CHECK (((mood)::text = ANY ((ARRAY['ok'::character varying, 'sad'::character varying])::text[])))
);
CREATE SEQUENCE public.people_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.people_id_seq OWNED BY public.people.id;
ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.people_id_seq'::regclass);
CREATE VIEW public.adults AS
 SELECT people.id,
    (people.name)::text AS name,
    date_part('year'::text, age((people.born)::timestamp with time zone)) AS years
   FROM public.people
  WHERE (people.born < (('now'::text)::date - '18 years'::interval));
SELECT pg_catalog.setval('public.people_id_seq', 1, false);
ALTER TABLE ONLY public.people ADD CONSTRAINT people_pkey PRIMARY KEY (id);
CREATE INDEX people_name ON public.people USING btree (name public.citext_ops);
ALTER TABLE public.people CLUSTER ON people_pkey;
CREATE INDEX index_lower ON public.people USING btree (lower((name)::text) text_pattern_ops) WITH (fillfactor='70') WHERE (born IS NOT NULL);
ALTER TABLE ONLY public.people ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN mood SET STORAGE EXTERNAL;
CREATE RULE no_delete AS ON DELETE TO public.people DO INSTEAD NOTHING;
CREATE STATISTICS public.stats (ndistinct) ON name, born FROM public.people;
COMMENT ON COLUMN public.adults.years IS 'whole;';
COMMENT ON CONSTRAINT people_mood_check ON public.people IS 'two moods';
COMMENT ON SEQUENCE public.people_id_seq IS 'numbers';
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SEQUENCE public.people_id_seq TO CURRENT_USER;
