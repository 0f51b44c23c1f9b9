CREATE TABLE t (a text, b int);
COPY public.t (a, b) FROM stdin;
it's	1
\.x	2
\N	3
\.

SELECT 1;
