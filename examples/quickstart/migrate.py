import shop

shop.database().run("""CREATE TABLE IF NOT EXISTS job (
    id serial PRIMARY KEY,
    word text NOT NULL,
    result text,
    mailed boolean NOT NULL DEFAULT false
)""")
print("the database is ready")
