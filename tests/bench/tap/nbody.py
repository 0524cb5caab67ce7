# Floating-point numbers in nested loops.

BODIES = [[0.7 * i, 0.3 - i, 0.1 * i * i, 0.01 * i, 0.02, -0.01 * i, 1.0 + i] for i in range(5)]


def advance(bodies, turns, dt):
    for _ in range(turns):
        for i in range(len(bodies)):
            a = bodies[i]
            for j in range(i + 1, len(bodies)):
                b = bodies[j]
                dx, dy, dz = a[0] - b[0], a[1] - b[1], a[2] - b[2]
                pull = dt / (dx * dx + dy * dy + dz * dz + 0.01) ** 1.5
                mine, theirs = b[6] * pull, a[6] * pull
                a[3] -= dx * mine
                a[4] -= dy * mine
                a[5] -= dz * mine
                b[3] += dx * theirs
                b[4] += dy * theirs
                b[5] += dz * theirs
        for body in bodies:
            body[0] += dt * body[3]
            body[1] += dt * body[4]
            body[2] += dt * body[5]


advance(BODIES, 1000, 0.001)
