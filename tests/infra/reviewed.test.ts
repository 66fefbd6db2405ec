/** What people have looked at and agreed to: who may do what, and which findings are accepted. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { assembly, PARTITIONS } from "./assembly.ts";
import { iamMatrix } from "./iam-matrix.ts";
import { Templates } from "./templates.ts";

interface MetadataEntry {
  type: string;
  data: Record<string, string>;
}

/** `aws-cn` has files of its own: what differs is what was replaced there. */
describe.each(PARTITIONS)("%s", (partition) => {
  const suffix = partition === "aws" ? "" : ".cn";
  let folder: string;
  let templates: Templates;
  beforeAll(async () => {
    folder = await assembly(partition);
    templates = new Templates(folder);
  });

  test("what was accepted, where and why, is the reviewed list", async () => {
    const accepted = globSync("*.metadata.json", { cwd: folder }).flatMap((file) => {
      const entries = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, MetadataEntry[]>;
      return Object.entries(entries).flatMap(([path, list_]) =>
        list_
          .filter(({ type }) => type === "aws:cdk:acknowledged-rules")
          .flatMap(({ data }) =>
            Object.entries(data).map(([rule, reason]) => `${path} ${rule.replace("Annotation::", "")}: ${reason}`),
          ),
      );
    });
    const readable = accepted.map((line) =>
      line.replaceAll(/PermitWatchData:ExportsOutputFnGetAtt(\w+?)[0-9A-F]{8}Arn[0-9A-F]{8}/g, "$1"),
    );
    await expect(`${readable.sort().join("\n")}\n`).toMatchFileSnapshot(`acknowledged${suffix}.txt`);
  });

  test("the matrix of permissions is the reviewed one", async () => {
    await expect(`${iamMatrix(templates).join("\n")}\n`).toMatchFileSnapshot(`iam-matrix${suffix}.txt`);
  });

  test("no role may do everything or touch everything, but for what has no resource", () => {
    const reviewed = [
      "nudge-live-role dynamodb:ListStreams *",
      "publish-pages-role dynamodb:ListStreams *",
      "servedevicesrole iot:CreateCertificateFromCsr *",
      "servedevicesrole iot:DescribeEndpoint *",
    ];
    const wide = iamMatrix(templates).filter(
      (line) => !line.includes(" DENY ") && / \*( |$)|:\*( |$)|[a-z]\*( |$)| MANAGED /.test(line.replace(/ if .*/, "")),
    );
    const named = wide.map((line) =>
      line.replace("publishpagesrole", "publish-pages-role").replace("nudgeliverole", "nudge-live-role"),
    );
    // Listed in full by the matrix: the text messages, which are everything but topics.
    expect(named.filter((line) => !line.includes("NOT arn:"))).toEqual(reviewed);
  });

  test("every role belongs to one function, rule or schedule", () => {
    const users = templates.resources.flatMap((r) =>
      (JSON.stringify(r.props).match(/"Fn::GetAtt":\["(\w*role\w*)","Arn"\]/g) ?? []).map((m) => `${r.name} ${m}`),
    );
    const roles = templates.ofType("AWS::IAM::Role");
    for (const role of roles) {
      const by = users.filter((u) => u.includes(`"${role.id}"`)).map((u) => u.split(" ")[0]);
      expect(new Set(by).size, `${role.id} is used by ${by.join(", ")}`).toBe(1);
    }
  });
});
