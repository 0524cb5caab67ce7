"""Attributes: where Python looks when you write a dot.

Listen for how far each look-up goes. On the object itself it is short; on the
class or a base class it sounds the same, for C does the search; but a
property calls a function, and __getattr__ is called only after everything
else has failed.
"""


class Instrument:
    family = "unknown"

    def __init__(self, name):
        self.name = name

    def play(self):
        return self.name + "!"


class Strings(Instrument):
    family = "strings"


class Violin(Strings):
    def __init__(self):
        super().__init__("violin")
        self.tension = 0

    def play(self):
        self.tension += 1
        return super().play()

    @property
    def pitch(self):
        return 440 + self.tension

    @pitch.setter
    def pitch(self, hertz):
        self.tension = hertz - 440


class Echo:
    """Has no attributes of its own and answers to any name."""

    def __init__(self):
        self.asked = 0

    def __getattr__(self, name):
        self.asked += 1
        return name[::-1]


class Counted:
    """A descriptor: code that runs when somebody else's attribute is read."""

    def __init__(self, start):
        self.value = start

    def __get__(self, owner, kind=None):
        self.value += 1
        return self.value


class Visitor:
    visits = Counted(0)


def on_the_object(violin, times):
    total = 0
    for _ in range(times):
        total += violin.tension
    return total


def on_a_base_class(violin, times):
    letters = 0
    for _ in range(times):
        letters += len(violin.family)
    return letters


def by_a_property(violin, times):
    for _ in range(times):
        violin.pitch = violin.pitch + 1
    return violin.pitch


def by_a_method(violin, times):
    for _ in range(times):
        sound = violin.play()
    return sound


def by_getattr(echo, times):
    for _ in range(times):
        answer = echo.olleh
    return answer, echo.asked


def main():
    violin = Violin()
    print("on the object:  ", on_the_object(violin, 40))
    print("on a base class:", on_a_base_class(violin, 40))
    print("by a property:  ", by_a_property(violin, 40))
    print("by a method:    ", by_a_method(violin, 40), violin.tension)
    print("by __getattr__: ", by_getattr(Echo(), 40))

    visitor = Visitor()
    print("by a descriptor:", [visitor.visits for _ in range(40)][-1])

    print("on the object:  ", on_the_object(violin, 40))


if __name__ == "__main__":
    main()
