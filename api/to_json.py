#!/usr/bin/python3
"""to_json.py YAML JSON VERSION: the API description as the broker serves it. YAML 1.2 where PyYAML knows 1.1: times stay text, only
true and false are booleans; a member that stands twice, and a version that is not the project's, are errors. Each operation's text also
tells the key that it needs, which the page at /docs would show nowhere else."""

import json
import sys

import yaml


class Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    pass


kept = {"tag:yaml.org,2002:" + name for name in ("null", "int", "float", "merge")}
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in kept]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
boolean = yaml.resolver.re.compile("^(?:true|false)$")
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", boolean, list("tf"))


def mapping(loader, node):
    own = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for name in own:
        if own.count(name) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"{name} stands twice", node.start_mark)
    loader.flatten_mapping(node)
    members = {}
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node)) if key_node.tag.endswith(":int") else loader.construct_object(key_node)
        members[key] = loader.construct_object(value_node, deep=True)
    return members


Loader.add_constructor("tag:yaml.org,2002:map", mapping)


def needed_key(security):
    ways = []
    for way in security:
        for scheme, scopes in way.items():
            named = " and ".join(f"`{scope}`" for scope in scopes)
            ways.append("an installation key" if scheme == "installation_key" else f"a key with {named}" if named else "any key of the tenant")
    return f"Needs {', or '.join(ways)}." if ways else "Needs no key."


def add_needed_keys(document):
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "operationId" in operation:
                text = operation.get("description", "").rstrip()
                operation["description"] = (text + "\n\n" if text else "") + needed_key(operation["security"])


def main(source, target, version):
    with open(source, encoding="utf-8") as file:
        document = yaml.load(file, Loader)
    if document["info"]["version"] != version:
        sys.exit(f"{source}: info.version is {document['info']['version']}, the project's is {version} (CMakeLists.txt)")
    add_needed_keys(document)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, yaml.YAMLError) as error:
        sys.exit(f"to_json: {error}")
