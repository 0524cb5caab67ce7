import argparse
import time

perf_counter = time.perf_counter
python_implementation = lambda: 'cpython'


class Runner:
    def __init__(self, **options):
        self.argparser = argparse.ArgumentParser()
        self.metadata = {}
        self.args = None

    def parse_args(self, arguments=None):
        self.args = self.argparser.parse_args(arguments)
        return self.args

    def bench_func(self, name, function, *arguments, **options):
        function(*arguments)

    def bench_time_func(self, name, function, *arguments, **options):
        function(1, *arguments)

    def bench_async_func(self, name, function, *arguments, **options):
        import asyncio
        asyncio.run(function(*arguments))
