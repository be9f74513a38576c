#!/usr/bin/env python3
"""Runs every kubectl command that README.md and docs/ show, on the cluster of KUBECONFIG, with the kubectl and the plugins on
PATH. What is typed behind a $ in README.md is the story: it runs from its first command to its last one in one namespace, and
what is said of it there must be true. Each other command has a namespace of its own, with what it speaks of.

    pages.py TRAFFIC    where TRAFFIC is the program examples/traffic
"""

import concurrent.futures
import contextlib
import itertools
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = ["README.md", "docs/ds-cast.md", "docs/relabel.md", "docs/logs-selector.md"]

# Not run here, and why.
ELSEWHERE = {
    r"kubectl krew ": "check.sh does that with the real krew",
    r"kubectl (get secret kube-recast|delete service,secret -l kube-recast)": "tests/relabel/rescue.rs reads and runs it",
    r".*(\[flags\]|TARGET|FILE\.\.\.|COMMAND)": "it is no command, but the form of one",
    r"kubectl logs-selector .* -p ": "no container of the pretended nodes is ever restarted; tests/logs_selector has such",
}

# What a command needs before it makes sense, by what is in it; the first that fits.
CAST = "kubectl ds-cast rng --quiet && kubectl rollout status ds/rng"
GIVEN = [
    # Whoever has no time leaves it half-way.
    (r"--abort ds/rng", CAST + "; kubectl relabel ds/rng svc/rng isactive=yes --timeout 60ms; kubectl get secret kube-recast.daemonset.rng"),
    (r"relabel svc/rng isactive=yes$", "kubectl relabel deploy/rng isactive=yes --keep-selector"),
    (r"--undo ds/rng|ds/rng |ds/rng$|ds,svc ", CAST),
]

# These go on until they are interrupted.
ENDLESS = re.compile(r" (-f|--traffic)$| -f$")

APP = """
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  {more}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, track: stable}}}}
    spec: {{containers: [{{name: {name}, image: "dockercoins/{name}:v0.1"}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}
"""
APPS = [("Deployment", "rng"), ("Deployment", "hasher"), ("Deployment", "web"), ("StatefulSet", "cache"), ("StatefulSet", "db")]


class Wrong(Exception):
    """A page does not say what is."""


def manifest(kind, name):
    more = "serviceName: " + name if kind == "StatefulSet" else "replicas: 1"
    return APP.format(kind=kind, name=name, more=more)


class Place:
    """A namespace, a folder to work in, and traffic for its Service `rng`."""

    numbers = itertools.count()

    def __init__(self, traffic):
        self.name = f"pages-{os.getpid()}-{next(self.numbers)}"
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.environment = dict(os.environ, KUBECONFIG=str(self.folder / "kubeconfig"))
        (self.folder / "kubeconfig").write_text(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
        self.must(f"kubectl create namespace {self.name}")
        self.must(f"kubectl config set-context --current --namespace {self.name}")
        self.must("kubectl wait --for=create serviceaccount/default --timeout=60s")
        self.traffic = [traffic, "rng", str(self.folder / "logs")]
        self.running = None

    def begin_traffic(self):
        self.running = subprocess.Popen(self.traffic, env=self.environment, cwd=self.folder)

    def run(self, line):
        return subprocess.run(["bash", "-c", line], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, check=False)

    def must(self, line):
        ended = self.run(line)
        if ended.returncode != 0:
            raise Wrong(f"{line}: {ended.stdout}{ended.stderr}")

    def go(self):
        if self.running:
            self.running.kill()
            self.running.wait()
        self.run(f"kubectl delete namespace {self.name} --wait=false")
        subprocess.run(["rm", "-rf", str(self.folder)], check=False)


def commands(page):
    """Each command of a page: whether it is behind a $, the line, and what is shown below it."""
    for block in re.findall(r"^```\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL):
        lines = block.splitlines()
        for number, line in enumerate(lines):
            typed = line.startswith("$ ")
            command = re.sub(r"\s{2,}#.*|\s#\s.*", "", line.removeprefix("$ ")).strip()
            if not command.startswith("kubectl "):
                continue
            if any(re.match(pattern, command) for pattern in ELSEWHERE):
                continue
            below = list(itertools.takewhile(lambda line: not line.startswith("$ "), lines[number + 1:]))
            yield typed, command, [line for line in below if line] if typed else []


def plain(line):
    """A line without what is another one each time: names, addresses, numbers of some length."""
    line = re.sub(r"rng-([0-9a-f]{8,10}-)?[0-9a-z]{5}\b", "rng-POD", line)
    return re.sub(r"kube-recast-[0-9a-f]+", "kube-recast-ID", line).rstrip()


def is_certain(command, line):
    """Whether a line is the same each time. What is waited for, and how busy a pod is, is not."""
    return not line.startswith("waiting ") and (command.startswith(("kubectl ds-cast", "kubectl relabel")) or " pods " in line)


def tell_story(traffic):
    place = Place(traffic)
    try:
        place.must(f"kubectl apply -f {ROOT / 'examples/dockercoins.yaml'}")
        place.must("kubectl wait --for=condition=Available deployment --all --timeout=60s")
        place.begin_traffic()
        for typed, command, below in commands("README.md"):
            if not typed:
                continue
            if "--expect-traffic" in command:
                command = command.replace(" >/dev/null", "")
            ended = place.run(command)
            said = [plain(line) for line in (ended.stdout + ended.stderr).splitlines()]
            wanted = [plain(line) for line in below if is_certain(command, line)]
            missing = [line for line in wanted if line not in said]
            refused = any(line.startswith("error:") for line in below)
            if missing or (ended.returncode != 0) != refused:
                raise Wrong(f"README.md: {command}\nit does not say: {missing}\nit says: " + "\n".join(said))
            if " ds-cast rng" in command and not refused:
                place.run("kubectl rollout status ds/rng --timeout=60s")
            print(f"README.md: {command}", file=sys.stderr)
    finally:
        place.go()


def interrupted(place, command):
    """Runs what has no end for a while. It must have printed something, and end when it is told to."""
    running = subprocess.Popen(["bash", "-c", "exec " + command], env=place.environment, cwd=place.folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    if running.returncode not in (0, 130, -signal.SIGINT) or not stdout:
        raise Wrong(f"{command}: {running.returncode}\n{stdout}{stderr}")


def run_alone(page, command, traffic):
    place = Place(traffic)
    try:
        (place.folder / "deploy").mkdir()
        app = manifest("Deployment", "rng") + "---" + manifest("DaemonSet", "rng").split("---")[0] if "ds/rng" in command else manifest("Deployment", "rng")
        (place.folder / "app.yml").write_text(app)
        (place.folder / "deploy/app.yml").write_text(app)
        (place.folder / "all.yml").write_text("---".join(manifest(*app) for app in APPS))
        place.must("kubectl apply -f all.yml")
        place.must("kubectl run solo --image=none --labels=run=rng")
        place.must("kubectl wait --for=condition=Available deployment --all --timeout=60s")
        place.must("kubectl rollout status sts/cache && kubectl rollout status sts/db")
        place.must("kubectl wait --for=condition=Ready pod/solo --timeout=60s")
        if " -f app.yml" not in command and " -f deploy/" not in command:
            for pattern, given in GIVEN:
                if re.search(pattern, command):
                    place.must(given)
                    break
        if "logs-selector" in command:
            place.begin_traffic()
            time.sleep(3)
        if ENDLESS.search(command):
            interrupted(place, command)
        else:
            ended = place.run(command)
            if ended.returncode != 0:
                raise Wrong(f"{page}: {command}\n{ended.stdout}{ended.stderr}")
        print(f"{page}: {command}", file=sys.stderr)
    finally:
        place.go()


def main():
    traffic = sys.argv[1]
    alone = [(page, command) for page in PAGES for typed, command, _ in commands(page) if not (typed and page == "README.md")]
    with concurrent.futures.ThreadPoolExecutor(max_workers=6) as pool:
        futures = [pool.submit(tell_story, traffic)] + [pool.submit(run_alone, *one, traffic) for one in dict.fromkeys(alone)]
    failed = [str(future.exception()) for future in futures if future.exception()]
    if failed:
        sys.exit("\n".join(f"error: {text}" for text in failed))
    print(f"{len(futures) - 1} commands of the pages and the story do what is said of them", file=sys.stderr)


main()
