SELECT U&'d\0061t''a', B'01', X'1F', N'x', U&"d\0061t""a", xy'z';
