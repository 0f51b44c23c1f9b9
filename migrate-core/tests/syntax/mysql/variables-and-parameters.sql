SELECT @a, @@global.b, @'c;', @`d`, ?, a:=1, a <=> b, a->>'$.x'; GRANT ALL ON *.* TO root@localhost;
