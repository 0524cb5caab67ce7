"""Matrices: three loops deep, then the same with operators of one's own.

Listen for the three-part rhythm of the product: a row, a column, a sum.
Turning a matrix is light and quick. The Matrix class does the same again
behind the sign @, so that each product starts with a call. The last powers
bring the theme back, each time from a larger number.
"""


def identity(size):
    numbers = range(size)
    return [[int(row == column) for column in numbers] for row in numbers]


def product(a, b):
    size = len(a)
    result = [[0] * size for _ in range(size)]
    for row in range(size):
        for column in range(size):
            total = 0
            for k in range(size):
                total += a[row][k] * b[k][column]
            result[row][column] = total
    return result


def turned(matrix):
    return [list(column) for column in zip(*matrix)]


def trace(matrix):
    total = 0
    for i in range(len(matrix)):
        total += matrix[i][i]
    return total


class Matrix:
    def __init__(self, rows):
        self.rows = rows

    def __matmul__(self, other):
        return Matrix(product(self.rows, other.rows))

    def __pow__(self, exponent):
        """By squaring: the exponent's binary digits are the rhythm."""
        result, base = Matrix(identity(len(self.rows))), self
        while exponent:
            if exponent % 2:
                result = result @ base
            base = base @ base
            exponent //= 2
        return result

    def __getitem__(self, place):
        row, column = place
        return self.rows[row][column]


def main():
    size = range(8)
    square = [[(row * 3 + column * 5) % 7 for column in size] for row in size]
    same = product(square, identity(8))
    print("product:  ", trace(same), "=", trace(square))

    print("turned:   ", turned(square)[1])

    symmetric = product(square, turned(square))
    print("symmetric:", turned(symmetric) == symmetric)

    steps = Matrix([[1, 1], [1, 0]])
    for exponent in (10, 21, 85):
        print(f"Fibonacci number {exponent}:", (steps ** exponent)[0, 1])


if __name__ == "__main__":
    main()
