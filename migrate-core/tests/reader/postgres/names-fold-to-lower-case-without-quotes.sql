CREATE TABLE App."Ab""C" (FooBar INT, "FooBar" TEXT, U&"d" int);
