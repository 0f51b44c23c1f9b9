SELECT `a\`; SELECT `b``;`;
