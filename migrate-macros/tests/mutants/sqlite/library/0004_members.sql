CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    joined_on TEXT NOT NULL DEFAULT CURRENT_DATE,
    fee REAL NOT NULL DEFAULT 0.0
);

CREATE TABLE loans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL,
    copy_barcode TEXT NOT NULL REFERENCES copies (barcode),
    lent_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    returned_at INTEGER,
    CONSTRAINT loan_is_short CHECK (due_at - lent_at < 7776000),
    CONSTRAINT loan_of_member FOREIGN KEY (member_id) REFERENCES members (id) ON UPDATE CASCADE
);

CREATE UNIQUE INDEX loans_open ON loans (copy_barcode) WHERE returned_at IS NULL;
