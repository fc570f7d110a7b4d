"""Deploys the stacks to a stand-in for AWS and looks at what comes of them.

deploy.py STACKS: the folder with platform.yaml, job.yaml and the parameters of each job. Each task definition is sent once
more through botocore, whose models say what ECS and EventBridge take, and each task is started as its schedule would start it.
"""

import re
import sys
from pathlib import Path

import boto3
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import clean_json

#: The parameters of a job that are no variables.
FIXED = 9
GIVEN_BY_AWS = {"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt"}


def client(service):
    return boto3.client(service, region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")


def stack(name, path, **parameters):
    """Makes a stack."""
    body = path.read_text(encoding="utf-8")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=name, TemplateBody=body, Parameters=given, Capabilities=["CAPABILITY_IAM"]
    )
    status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    assert status == "CREATE_COMPLETE", f"{name}: {status}"


def platform(path):
    ec2 = client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [it["SubnetId"] for it in ec2.describe_subnets()["Subnets"]][:2]
    stack("data-platform", path, Vpc=vpc, Subnets=",".join(subnets), FileSystemSubnets=",".join(subnets))


def parameters(folder, name, required_only):
    """The parameters of a job from its file, and a value for those it needs, or for all."""
    lines = (folder / "jobs" / f"{name}.conf").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", maxsplit=1) for line in lines if line and not line.startswith("#"))
    body = (folder / "job.yaml").read_text(encoding="utf-8")
    rules = re.findall(r"\n  (\w+):\n    RuleCondition: !Contains \[\[(.*)\], !Ref Program\]", body)
    required = {parameter for parameter, programs in rules if name in programs.split(", ")}
    variables = body.split("# The variables of the programs.", maxsplit=1)[1].split("\nConditions:", maxsplit=1)[0]
    variables = variables.split("\nRules:", maxsplit=1)[0]
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:data-platform/x-AbCdEf:key::"
    for parameter, rest in re.findall(r"\n  (\w+):(.*(?:\n    .*)*)", variables):
        if parameter not in given and (parameter in required or not required_only):
            given[parameter] = secret if "secretsmanager" in rest else "value"
    return given


def expect(what, found, expected):
    return [] if found == expected else [f"{what}: {found!r} in place of {expected!r}"]


def program(folder, name, required_only):
    """The faults of one stack."""
    given = parameters(folder, name, required_only)
    stack(f"{name}-{required_only}", folder / "job.yaml", **given)
    ecs, scheduler = client("ecs"), client("scheduler")
    task = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    container = task["containerDefinitions"][0]
    # CloudFormation leaves out what is AWS::NoValue; the stand-in leaves a hole in a list.
    for variables in ("environment", "secrets"):
        container[variables] = [it for it in container.get(variables, []) if it]
    container.setdefault("cpu", 0)
    ecs.register_task_definition(**{key: value for key, value in task.items() if key not in GIVEN_BY_AWS})
    faults = expect(f"{name}: user", container["user"], "65532:65532")
    faults += expect(f"{name}: read-only root", container["readonlyRootFilesystem"], True)
    faults += expect(f"{name}: capabilities", container["linuxParameters"]["capabilities"], {"drop": ["ALL"]})
    secrets = {it["name"] for it in container["secrets"]}
    faults += expect(f"{name}: secrets that are written down", secrets & {it["name"] for it in container["environment"]}, set())
    values = {it.get("value") for it in container["environment"]}
    faults += expect(f"{name}: empty variables", values & {"", None}, set())
    container["environment"] = [{**it, "value": str(it["value"])} for it in container["environment"]]
    written = len(secrets) + len(container["environment"])
    faults += expect(f"{name}: variables that are given arrive", written >= len(given) - FIXED, True)

    # The stand-in makes no schedules of stacks, so this makes the one that the stack asks for.
    schedule = resolved(f"{name}-{required_only}", "Timer")
    asked = schedule["Target"]["EcsParameters"]
    asked["NetworkConfiguration"] = lowered(asked["NetworkConfiguration"])
    scheduler.create_schedule(**schedule)
    target = scheduler.get_schedule(Name=schedule["Name"])["Target"]
    network = {"awsvpcConfiguration": lowered(asked["NetworkConfiguration"]["awsvpcConfiguration"])}
    ran = ecs.run_task(
        cluster=target["Arn"],
        taskDefinition=asked["TaskDefinitionArn"],
        launchType=asked["LaunchType"],
        networkConfiguration=network,
    )
    faults += expect(f"{name}: tasks", [it["lastStatus"] for it in ran["tasks"]], ["RUNNING"])
    scheduler.delete_schedule(Name=schedule["Name"])
    return faults


def resolved(stack_name, resource):
    """The properties of a resource, with everything filled in that the template refers to."""
    stacks = cloudformation_backends["123456789012"]["eu-central-1"].stacks.values()
    made = next(it for it in stacks if it.name == stack_name)
    return clean_json(made.template_dict["Resources"][resource]["Properties"], made.resource_map)


def lowered(members):
    return {key[0].lower() + key[1:]: value for key, value in members.items()}


with mock_aws():
    folder = Path(sys.argv[1])
    platform(folder / "platform.yaml")
    found = []
    for path in sorted(folder.glob("jobs/*.conf")):
        found += program(folder, path.stem, required_only=True) + program(folder, path.stem, required_only=False)
print("\n".join(found))
sys.exit(bool(found))
