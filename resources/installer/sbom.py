"""Writes the bundle's bill of materials in CycloneDX 1.6: packages, and the libraries inside of them."""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

from resources.installer.linux import debian

_NAMESPACE: Final = uuid.UUID("6f1d6b0e-5d0b-4c39-9c0f-6b0d1d6a52c1")


def bill() -> dict[str, Any]:
    """Return the document; its serial number follows from its components, so the same give the same."""
    parts = import_module("console.workspace.licences").installed()
    own, *others = [_component(part) for part in parts]
    own |= {"type": "application", "bom-ref": "ledger-console"}
    components = {one["bom-ref"]: one for one in others}
    for part in parts:
        components |= {one["bom-ref"]: one for one in _inside(part.name) if one["bom-ref"] not in components}
    listed = [components[ref] for ref in sorted(components)]
    words = json.dumps(listed, sort_keys=True)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(_NAMESPACE, words).urn,
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(debian.moment())),
            "component": own,
        },
        "components": listed,
        "dependencies": [
            {"ref": "ledger-console", "dependsOn": [one["bom-ref"] for one in listed]},
            *({"ref": one["bom-ref"]} for one in listed),
        ],
    }


def _component(part: Any) -> dict[str, Any]:
    """Return one part: a package of Python where one has that name, and else a library."""
    try:
        distribution(part.name)
        kind = "pypi"
        name = re.sub(r"[-_.]+", "-", part.name).lower()
    except PackageNotFoundError:
        kind = "generic"
        name = re.sub(r"[^\w.-]+", "-", part.name).strip("-").lower()
    purl = f"pkg:{kind}/{name}" + (f"@{part.version}" if part.version else "")
    found: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": part.name, "purl": purl}
    if part.version:
        found["version"] = part.version
    found["licenses"] = [_licence(part.licence)]
    if part.source.startswith("http"):
        found["externalReferences"] = [{"type": "website", "url": part.source}]
    return found


def _licence(words: str) -> dict[str, Any]:
    """Return a licence as the standard's short name, an expression of such, or in its makers' words."""
    spdx = import_module("cyclonedx.spdx")
    if spdx.is_supported_id(words):
        return {"license": {"id": words}}
    if spdx.is_expression(words):
        return {"expression": words}
    return {"license": {"name": words}}


def _inside(name: str) -> list[dict[str, Any]]:
    """Return what a wheel says that it has taken in: crates of Rust, and libraries of a system."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return []
    found = []
    for file in package.files or ():
        if "/sboms/" not in file.as_posix() or file.suffix != ".json":
            continue
        told = json.loads(Path(str(package.locate_file(file))).read_text(encoding="utf-8"))
        for one in told.get("components", ()):
            purl = str(one.get("purl", ""))
            if purl and not purl.startswith("pkg:pypi/") and "download_url=file" not in purl:
                found.append(
                    {"type": "library", "bom-ref": purl, "name": one["name"], "purl": purl}
                    | {key: one[key] for key in ("version", "hashes") if key in one}
                )
    return found


def write(file: Path) -> None:
    """Write the document, once the standard's own schema has nothing to say against it."""
    text = json.dumps(bill(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    schema = import_module("cyclonedx.schema")
    validators = import_module("cyclonedx.validation.json")
    problem = validators.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise SystemExit(f"The bill of materials does not hold to CycloneDX 1.6: {problem}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
