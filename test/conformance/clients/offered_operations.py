"""Which of the sandbox's operations a client has been through."""

#: What a request is addressed to, by the parameter that names it.
TARGETS = {"Key": "object", "Bucket": "bucket"}


def undone(operations, answered):
    """
    Those of `operations` (names by service) that are not among `answered`, pairs of a service and
    botocore's model of an operation. S3's operations are named as the sandbox's router names them:
    method, target, subresource.
    """
    done = {}
    for service, operation in answered:
        name = s3_name(operation) if service == "s3" else operation.name
        done.setdefault(service, set()).add(name)
    return [
        f"{service} {name}"
        for service, names in operations.items()
        for name in names
        if name not in done.get(service, ())
    ]


def s3_name(operation):
    query = operation.http["requestUri"].partition("?")[2]
    words = [word for word in query.split("&") if word and "=" not in word]
    inputs = operation.input_shape.members.values() if operation.input_shape else ()
    parameters = {shape.serialization.get("name") for shape in inputs}
    target = next((t for n, t in TARGETS.items() if n in parameters), "service")
    # In the model it is a parameter; the router tells parts from objects by it.
    if "uploadId" in parameters and not words:
        words.append("uploadId")
    copies = "x-amz-copy-source" in parameters
    return " ".join([operation.http["method"], target, *words, *(["copy"] if copies else [])])
