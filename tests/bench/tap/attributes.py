# Objects with attributes, methods, properties and a base class.


class Shape:
    def __init__(self, x, y):
        self.x = x
        self.y = y
        self.moves = 0

    def move(self, dx, dy):
        self.x += dx
        self.y += dy
        self.moves += 1

    @property
    def place(self):
        return self.x, self.y


class Box(Shape):
    def __init__(self, x, y, width, height):
        super().__init__(x, y)
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height

    def holds(self, other):
        x, y = other.place
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


boxes = [Box(i, -i, i + 1, 2 * i + 1) for i in range(40)]
found = 0
for turn in range(500):
    for box in boxes:
        box.move(turn % 7 - 3, 1)
        if boxes[turn % 40].holds(box) or box.area() < 20:
            found += 1
