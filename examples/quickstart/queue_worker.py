import shop


def reverse(connection, number, word):
    result = word[::-1]
    connection.run("UPDATE job SET result = :r WHERE id = :id", r=result, id=number)
    print(f"job {number} done: {word} backwards is {result}", flush=True)
    return "results"


shop.work(shop.PENDING, "jobs", reverse)
