SELECT "a;""b";
