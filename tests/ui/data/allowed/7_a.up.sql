-- migrate(allow(syntax-error, "an extension of ours reads it"))
CREATE TABEL a (id INT);
