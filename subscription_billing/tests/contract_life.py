from datetime import timedelta


class Life:
    """A start and changes with ascending days, and what is true on each day.

    :param int free: days before it is paid; periods are counted from the first that is
    """

    def __init__(self, random, origin, free=0):
        self.start = origin + timedelta(random.randint(0, 730))
        self.paid = self.start + timedelta(free)
        self.seats = [(self.start, random.randint(1, 9))]
        self.pauses = []
        self.changes = []
        day = self.paid + timedelta(random.randint(1, 30))
        for _n in range(random.randint(1, 5)):
            if random.random() < 0.6:
                quantity = random.randint(0, 9)
                self.seats.append((day, quantity))
                self.changes.append(("quantity", day, {"quantity": quantity}))
                day += timedelta(random.randint(1, 50))
            else:
                until = day + timedelta(random.randint(0, 45))
                self.pauses.append((day, until))
                self.changes.append(("pause", day, {"date_until": until}))
                day = until + timedelta(random.randint(1, 30))

    def seats_on(self, day):
        return [quantity for since, quantity in self.seats if since <= day][-1]

    def is_billed(self, day):
        is_paused = any(first <= day <= last for first, last in self.pauses)
        return self.paid <= day and not is_paused

    def index(self, day):
        """Number of the monthly period around a day, 0 for the first."""
        months = (day.year - self.paid.year) * 12 + day.month - self.paid.month
        return months - 1 if self.boundary(months) > day else months

    def length(self, day):
        """Days of the monthly period around a day."""
        index = self.index(day)
        return (self.boundary(index + 1) - self.boundary(index)).days

    def boundary(self, months):
        return after_months(self.paid, months)


def after_months(day, months):
    """The same day so many months later, or the last one of a shorter month."""
    month = day.month - 1 + months
    first = day.replace(year=day.year + month // 12, month=month % 12 + 1, day=1)
    following = (first + timedelta(31)).replace(day=1)
    return min(first + timedelta(day.day - 1), following - timedelta(1))
