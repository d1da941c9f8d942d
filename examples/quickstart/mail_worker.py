import shop

sent = 0


def mail(connection, number, result):
    global sent
    with open(f"outbox/job-{number}.txt", "w") as letter:
        letter.write(f"Dear customer,\n\nyour result is {result}.\n")
    connection.run("UPDATE job SET mailed = true WHERE id = :id", id=number)
    sent += 1
    print(f"mailed the result of job {number} ({sent} so far)", flush=True)


shop.work(shop.UNSENT, "results", mail)
