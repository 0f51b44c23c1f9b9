SELECT [a;b], `c;``d`, "e;""f", 'g;''h', x'00'; SELECT [a]]; SELECT 2;
