"""Measures fetching against other clients, all from one server on loopback, in one run.

    python3 crates/fetch/benches/load.py EXAMPLES [--rounds 3] [--scrapy PYTHON] [--only NAME ...]

EXAMPLES is the folder of the built examples (`target/release/examples`), PYTHON an interpreter that has
Scrapy. Clients that are not installed (curl, Scrapy) are left out, and said to be. With `taskset`,
the server has one core and each client the other.

Prints a table a measurement:
    throughput   20,000 pages of 30 KB from 2,000 hosts, no delay: pages a second, median of the rounds
    latency      the same pages, 200 ms a response, 256 in flight: share of what is possible
    memory       100,000 pages: the most memory up to the half and up to the end
    delay        5,000 requests to 5 hosts with a delay of 50 ms: the least gap that the server saw
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HOSTS, PAGES, BYTES = 2_000, 20_000, 30_000

SPIDER = '''
import sys
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.resolver import dnscache

HOSTS, PAGES, PORT = (int(argument) for argument in sys.argv[1:4])
for host in range(HOSTS):
    dnscache[f"host-{host}.test"] = "127.0.0.1"


class Pages(scrapy.Spider):
    name = "pages"
    fetched = 0

    async def start(self):
        for page in range(PAGES):
            yield scrapy.Request(f"http://host-{page % HOSTS}.test:{PORT}/page/{page}", dont_filter=True)

    def parse(self, response):
        Pages.fetched += 1


process = CrawlerProcess({
    "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": False, "COOKIES_ENABLED": False, "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 256, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DNSCACHE_SIZE": 10000,
})
process.crawl(Pages)
process.start()
print(Pages.fetched)
'''


def pinned(core, command):
    """The command, held to one core where that can be done."""
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") and os.cpu_count() > 1 else command


class Server:
    def __init__(self, examples, *options):
        command = [os.path.join(examples, "load_server"), "--port", "0", "--bytes", str(BYTES), *options]
        self.process = subprocess.Popen(pinned(0, command), stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def least_gap(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/least-gap", timeout=10) as response:
            return int(response.read()) / 1000


def load(examples, server, *options):
    """What the `load` example says of its run."""
    command = [os.path.join(examples, "load"), "--port", str(server.port), *options, "--hosts", str(HOSTS)]
    done = subprocess.run(pinned(1, command), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def url(host, page, port):
    return f"http://host-{host}.test:{port}/page/{page}"


def curl(server, folder, urls):
    config = os.path.join(folder, "curl.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.writelines(f'url = "{address}"\noutput = "/dev/null"\n' for address in urls)
    return [
        "curl", "--silent", "--parallel", "--parallel-max", "256", "--no-progress-meter", "--fail",
        "--connect-to", f"::127.0.0.1:{server.port}", "--config", config,
    ]


def scrapy(server, folder, python):
    spider = os.path.join(folder, "spider.py")
    with open(spider, "w", encoding="utf-8") as file:
        file.write(SPIDER)
    return [python, spider, str(HOSTS), str(PAGES), str(server.port)]


def seconds(command, expected=None):
    started = time.monotonic()
    done = subprocess.run(pinned(1, command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    if expected is not None and done.stdout.strip() != str(expected):
        sys.exit(f"{command[0]} fetched {done.stdout.strip()} pages, not {expected}")
    return time.monotonic() - started


def throughput(examples, rounds, python):
    clients = {}
    with Server(examples) as server, tempfile.TemporaryDirectory() as folder:
        round_robin = [url(page % HOSTS, page, server.port) for page in range(PAGES)]
        by_host = [url(host, page, server.port) for host in range(HOSTS) for page in range(host, PAGES, HOSTS)]
        clients["copydesk"] = lambda: load(examples, server, "--pages", str(PAGES))["seconds"]
        clients["copydesk, with robots.txt"] = lambda: load(
            examples, server, "--pages", str(PAGES), "--robots", "1")["seconds"]
        if shutil.which("curl"):
            clients["curl --parallel, hosts in turn"] = lambda: seconds(curl(server, folder, round_robin))
            clients["curl --parallel, host by host"] = lambda: seconds(curl(server, folder, by_host))
        if python:
            clients["Scrapy"] = lambda: seconds(scrapy(server, folder, python), PAGES)
        taken = {name: [] for name in clients}
        for _ in range(rounds):
            for name, client in clients.items():
                taken[name].append(client())
    ours = statistics.median(taken["copydesk"])
    print(f"{'client':32} {'pages/s':>9} {'copydesk is':>12}")
    for name, times in taken.items():
        middle = statistics.median(times)
        print(f"{name:32} {PAGES / middle:9.0f} {middle / ours:11.2f}x")


def latency(examples):
    in_flight, pages = 256, 256 * 40
    with Server(examples, "--latency-ms", "200") as server:
        took = load(examples, server, "--pages", str(pages), "--max-concurrent-fetches", str(in_flight))["seconds"]
    ideal = pages / in_flight * 0.2
    print(f"{pages} pages, 256 in flight, 200 ms each: {took:.2f} s of {ideal:.2f} s possible: {ideal / took:.1%}")


def memory(examples):
    with Server(examples) as server:
        run = load(examples, server, "--pages", "100000")
    half, end = run["peak_kb_at_half"] / 1024, run["peak_kb"] / 1024
    print(f"{run['pages']} pages: {half:.0f} MiB at most up to the half, {end:.0f} MiB up to the end")


def delay(examples):
    with Server(examples, "--gaps", "1") as server:
        run = load(examples, server, "--pages", "5000", "--hosts", "5", "--host-delay-ms", "50")
        print(f"{run['pages']} requests to 5 hosts, 50 ms delay: {server.least_gap():.3f} ms at least between two")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scrapy", metavar="PYTHON")
    measurements = ["throughput", "latency", "memory", "delay"]
    parser.add_argument("--only", nargs="+", choices=measurements, default=measurements)
    arguments = parser.parse_args()
    if not shutil.which("curl"):
        print("curl is not installed, and left out", file=sys.stderr)
    if "throughput" in arguments.only:
        throughput(arguments.examples, arguments.rounds, arguments.scrapy)
    for name, measure in [("latency", latency), ("memory", memory), ("delay", delay)]:
        if name in arguments.only:
            measure(arguments.examples)


if __name__ == "__main__":
    main()
