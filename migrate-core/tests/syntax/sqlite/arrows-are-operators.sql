SELECT a->'x', a->>'y', a||b, a<<1, 5--3
;
