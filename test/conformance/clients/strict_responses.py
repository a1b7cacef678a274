"""Holds raw answers of a server against botocore's own service models.

botocore ignores what it does not know and does not miss what is left out. Here an unknown member, a
missing required one, a wrong type, a value outside an enumeration, a length or a pattern, and an
unknown header are each a finding.
"""

import base64
import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

#: Headers of HTTP itself, and those that AWS sends with any answer.
COMMON_HEADERS = {
    *("connection", "content-length", "content-range", "content-type", "date", "keep-alive"),
    "server",
    *("transfer-encoding", "x-amz-id-2", "x-amz-request-id", "x-amzn-requestid"),
    "x-amzn-errortype",
}
#: S3 sends these beside what the models say: with every object, for a new bucket, with a refusal.
S3_HEADERS = {"accept-ranges", "etag", "last-modified", "location", "x-amz-bucket-region"}

#: "Common errors" of the services' API references, which belong to no operation.
COMMON_ERRORS = {
    *("AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException"),
    *("IncompleteSignature", "InternalFailure", "InvalidAction", "InvalidClientTokenId"),
    *("InvalidParameterCombination", "InvalidParameterValue", "MissingParameter"),
    *("SignatureDoesNotMatch", "UnrecognizedClientException", "ValidationError"),
    "ValidationException",
}


class StrictResponses:
    """Attached to a client, judges all that the client receives."""

    def __init__(self):
        self._findings = []
        #: (service, model of an operation) of all that was answered with success.
        self.answered = []

    def attach(self, events):
        """`events` of a client or of a whole session."""
        events.register("before-parse", self._judge)

    def raise_findings(self):
        """Fails on what was found since the last call."""
        found = list(dict.fromkeys(self._findings))
        self._findings.clear()
        assert not found, "not as in botocore's models:\n" + "\n".join(found)

    def _judge(self, operation_model, response_dict, **_):
        service = operation_model.service_model
        answer = Answer(operation_model, response_dict)
        answer.judge()
        place = f"{service.service_name} {operation_model.name} ({answer.status})"
        self._findings += [f"{place}{finding}" for finding in answer.findings]
        if answer.status < 300:
            self.answered.append((service.service_name, operation_model))


class Answer:
    """One answer and what is wrong with it."""

    def __init__(self, operation, response):
        self.findings = []
        self._operation = operation
        self._service = operation.service_model
        self._protocol = self._service.metadata["protocol"]
        self.status = response["status_code"]
        self._headers = {name.lower(): value for name, value in response["headers"].items()}
        self._body = response["body"]

    def judge(self):
        try:
            self._judge_headers()
            if self.status >= 300:
                self._judge_error()
            elif self._operation.has_event_stream_output or self._operation.has_streaming_output:
                pass
            elif self._protocol == "json":
                self._judge_json(self._operation.output_shape)
            else:
                self._judge_xml(self._operation.output_shape)
        except (ValueError, ElementTree.ParseError) as error:
            self._find("", f"cannot be read: {error}")

    def _find(self, path, text):
        self.findings.append(f"{path}: {text}")

    # Headers

    def _judge_headers(self):
        shape = self._operation.output_shape if self.status < 300 else None
        known = set(COMMON_HEADERS)
        prefixes = []
        if self._protocol == "rest-xml":
            known |= S3_HEADERS
        for name, member in (shape.members if shape else {}).items():
            location = member.serialization.get("location")
            if location == "headers":
                prefixes.append(member.serialization.get("name", "").lower())
            if location != "header":
                continue
            header = member.serialization.get("name", name).lower()
            known.add(header)
            if header in self._headers:
                self._scalar(member, self._headers[header], f" header {header}", "rfc822")
        for header in self._headers:
            if header not in known and not header.startswith(tuple(prefixes)):
                self._find(f" header {header}", "is not in the model")

    # JSON

    def _judge_json(self, shape):
        value = json.loads(self._body) if self._body else {}
        if shape is not None:
            self._json(shape, value, "")
        elif value != {}:
            self._find("", f"has a body though the model knows none: {value!r}")

    def _json(self, shape, value, path):
        kind = shape.type_name
        if kind == "structure":
            if not self._is(dict, value, path):
                return
            members = {m.serialization.get("name", n): m for n, m in shape.members.items()}
            self._members(shape, members, value.keys(), path)
            for name in value.keys() & members.keys():
                self._json(members[name], value[name], f"{path}.{name}")
        elif kind == "list":
            if self._is(list, value, path):
                self._length(shape, len(value), path)
                for index, item in enumerate(value):
                    self._json(shape.member, item, f"{path}[{index}]")
        elif kind == "map":
            if self._is(dict, value, path):
                for key, item in value.items():
                    self._scalar(shape.key, key, f"{path} key", "iso8601")
                    self._json(shape.value, item, f"{path}.{key}")
        elif kind == "boolean":
            self._is(bool, value, path)
        elif kind in ("integer", "long", "float", "double", "timestamp"):
            whole = kind in ("integer", "long")
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                self._find(path, f"{value!r} is not of type {kind}")
            elif kind != "timestamp":
                self._length(shape, value, path)
        elif self._is(str, value, path):
            self._scalar(shape, value, path, "iso8601")

    def _is(self, kind, value, path):
        if type(value) is kind:
            return True
        self._find(path, f"{value!r} is not of type {kind.__name__}")
        return False

    # XML

    def _judge_xml(self, shape):
        if self._protocol == "rest-xml":
            self._judge_s3(shape)
            return
        root = ElementTree.fromstring(self._body)
        # The model of EC2 leaves out the slash at the end that its answers have.
        namespace = self._service.metadata["xmlNamespace"].rstrip("/")
        expected = (namespace, f"{self._operation.name}Response")
        space, _, name = root.tag.rpartition("}")
        if (space[1:].rstrip("/"), name) != expected:
            self._find("", f"root element is {root.tag}")
        children = dict(self._children(root, ""))
        if self._protocol == "ec2":
            if not children.pop("requestId", None):
                self._find("", "has no requestId")
            self._structure(shape, children, "")
            return
        metadata = children.pop("ResponseMetadata", [])
        if len(metadata) != 1 or [c.tag.rpartition("}")[2] for c in metadata[0]] != ["RequestId"]:
            self._find("", "has no ResponseMetadata with a RequestId")
        wrapper = (shape.serialization if shape else {}).get("resultWrapper")
        results = children.pop(wrapper, []) if wrapper else []
        if wrapper and len(results) != 1:
            self._find("", f"has {len(results)} elements {wrapper}")
        for name in children:
            self._find(f".{name}", "is not in the model")
        for result in results:
            self._xml(shape, result, "")

    def _judge_s3(self, shape):
        inside = {
            name: member
            for name, member in (shape.members if shape else {}).items()
            if "location" not in member.serialization
        }
        payload = shape.serialization.get("payload") if shape else None
        body = inside[payload] if payload in inside else None
        if body is not None and body.type_name in ("string", "blob"):
            return
        if not self._body:
            if inside:
                self._find("", "has no body")
            return
        if not inside:
            self._find("", "has a body though the model knows none")
            return
        root = ElementTree.fromstring(self._body)
        if not root.tag.startswith(f"{{{S3_NAMESPACE}}}"):
            self._find("", f"root element {root.tag} is not of S3's namespace")
        if body is not None:
            self._xml(body, root, "")
        elif self._operation.name == "GetBucketLocation":
            # The one answer whose member is the text of the root element.
            self._scalar(inside["LocationConstraint"], root.text or "EU", "", "iso8601")
        else:
            self._structure(shape, dict(self._children(root, "")), "")

    def _children(self, element, path):
        """Children by local name, in the namespace of their parent."""
        text = "".join([element.text or "", *(child.tail or "" for child in element)])
        if text.strip():
            self._find(path, f"has text: {text!r}")
        space = element.tag.rpartition("}")[0]
        children = {}
        for child in element:
            if child.tag.rpartition("}")[0] != space:
                self._find(path, f"{child.tag} is of another namespace")
            children.setdefault(child.tag.rpartition("}")[2], []).append(child)
        return children

    def _structure(self, shape, children, path, attributes=frozenset()):
        """`children` are elements by name, all of the structure's members."""
        members = {
            self._element_name(name, member): member
            for name, member in (shape.members if shape else {}).items()
            if "location" not in member.serialization
        }
        known = {n: m for n, m in members.items() if not m.serialization.get("xmlAttribute")}
        if shape:
            present = [*children, *(n for n in members if n not in known and n in attributes)]
            self._members(shape, members, present, path)
        else:
            for name in children:
                self._find(f"{path}.{name}", "is not in the model")
        for name in children.keys() & known.keys():
            member = known[name]
            where = f"{path}.{name}"
            if member.serialization.get("flattened"):
                self._length(member, len(children[name]), where)
                for index, child in enumerate(children[name]):
                    self._xml(member.member, child, f"{where}[{index}]")
            elif len(children[name]) > 1:
                self._find(where, "is there more than once")
            else:
                self._xml(member, children[name][0], where)

    def _element_name(self, name, member):
        if member.serialization.get("flattened") and member.type_name == "list":
            inner = member.member.serialization.get("name")
            return inner or member.serialization.get("name", name)
        return member.serialization.get("name", name)

    def _xml(self, shape, element, path):
        kind = shape.type_name
        if kind == "structure":
            attributes = {f"xsi:{n[len(XSI) :]}" for n in element.attrib if n.startswith(XSI)}
            self._structure(shape, self._children(element, path), path, attributes)
        elif kind == "list":
            children = self._children(element, path)
            item = shape.member.serialization.get("name", "member")
            self._length(shape, len(children.get(item, [])), path)
            for name in children.keys() - {item}:
                self._find(f"{path}.{name}", f"is in a list of {item}")
            for index, child in enumerate(children.get(item, [])):
                self._xml(shape.member, child, f"{path}[{index}]")
        elif kind == "map":
            self._find(path, "is a map, which none of these services sends in XML")
        elif len(element):
            self._find(path, "has children")
        else:
            self._scalar(shape, element.text or "", path, "iso8601")

    # Values

    def _members(self, shape, members, present, path):
        """`members` by their names in the answer."""
        for name in present:
            if name not in members:
                self._find(f"{path}.{name}", "is not in the model")
        inside = {id(member): name for name, member in members.items()}
        for name in shape.required_members:
            written = inside.get(id(shape.members[name]))
            if written is not None and written not in present:
                self._find(f"{path}.{written}", "is required and missing")

    def _scalar(self, shape, text, path, timestamps):
        """A value that is written as text."""
        kind = shape.type_name
        try:
            if kind in ("integer", "long"):
                self._length(shape, int(text), path)
            elif kind in ("float", "double"):
                float(text)
            elif kind == "boolean" and text not in ("true", "false"):
                raise ValueError("neither true nor false")
            elif kind == "timestamp":
                if shape.serialization.get("timestampFormat", timestamps) == "rfc822":
                    parsedate_to_datetime(text)
                elif datetime.fromisoformat(text).tzinfo is None:
                    raise ValueError("without a zone")
            elif kind == "blob":
                base64.b64decode(text, validate=True)
            elif kind == "string":
                self._text(shape, text, path)
        except ValueError as error:
            self._find(path, f"{text!r} is not of type {kind}: {error}")

    def _text(self, shape, text, path):
        allowed = shape.metadata.get("enum")
        if allowed and text not in allowed:
            self._find(path, f"{text!r} is none of {', '.join(allowed)}")
        self._length(shape, len(text), path)
        pattern = python_pattern(shape.metadata.get("pattern"))
        if pattern and not pattern.fullmatch(text):
            self._find(path, f"{text!r} does not match {pattern.pattern}")

    def _length(self, shape, length, path):
        if length < shape.metadata.get("min", length):
            self._find(path, f"{length} is less than {shape.metadata['min']}")
        if length > shape.metadata.get("max", length):
            self._find(path, f"{length} is more than {shape.metadata['max']}")

    # Errors

    def _judge_error(self):
        if self._protocol == "json":
            self._judge_json_error()
        elif self._body or (self._operation.http["method"] != "HEAD" and self.status != 304):
            self._judge_xml_error(ElementTree.fromstring(self._body))

    def _judge_json_error(self):
        body = json.loads(self._body)
        code = body.pop("__type", None)
        if code is None:
            self._find(".__type", "is missing")
            return
        shape = self._judge_code(code)
        if shape is not None:
            self._json(shape, body, f" {code}")
        elif not (body.keys() <= {"message", "Message"}):
            self._find(f" {code}", f"has unknown members: {body!r}")

    def _judge_xml_error(self, root):
        wanted = {
            "query": ("ErrorResponse", {"Error", "RequestId"}, {"Type", "Code", "Message"}),
            "ec2": ("Response", {"Errors", "RequestID"}, {"Code", "Message"}),
            "rest-xml": ("Error", {"Code", "Message", "RequestId", "HostId"}, set()),
        }
        name, outside, inside = wanted[self._protocol]
        if root.tag.rpartition("}")[2] != name:
            self._find("", f"root element is {root.tag}")
        children = self._children(root, "")
        if self._protocol == "rest-xml":
            # Facts of the failure may follow.
            if not outside <= children.keys():
                self._find("", f"has only {', '.join(children)}")
            self._judge_code(children["Code"][0].text)
            return
        if children.keys() != outside:
            self._find("", f"has {', '.join(children)}, not {', '.join(outside)}")
        error = root.find("Errors/Error") if self._protocol == "ec2" else root.find("{*}Error")
        if {child.tag.rpartition("}")[2] for child in error} != inside:
            self._find("", f"its error is not made of {', '.join(inside)}")
        kind = error.findtext("{*}Type")
        if kind not in (None, "Sender" if self.status < 500 else "Receiver"):
            self._find(".Type", f"{kind!r} with status {self.status}")
        self._judge_code(error.findtext("{*}Code"))

    def _judge_code(self, code):
        """The shape of an error that the model of the operation names."""
        named = {s.metadata.get("error", {}).get("code", s.name): s for s in self._errors()}
        if code in named:
            expected = named[code].metadata.get("error", {}).get("httpStatusCode", self.status)
            if expected != self.status:
                self._find(f" {code}", f"comes with status {self.status}, not {expected}")
            return named[code]
        if self._protocol not in ("rest-xml", "ec2") and code not in COMMON_ERRORS:
            self._find(f" {code}", f"is none of {', '.join(named)}")
        return None

    def _errors(self):
        return self._operation.error_shapes


def python_pattern(pattern):
    """The models' patterns are Java's; None for one that Python cannot read."""
    if pattern is None:
        return None
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None
