/** What a device needs to connect, as one ZIP: key (when it was made here), certificate, authorities, and how to set it up. */
import type { NewRequest } from "./new-request.ts";

export interface IssuedCertificate {
  certificate: { id: string; notAfter: string };
  pem: string;
  connection: { endpoint: string; clientId: string; publish: string[]; subscribe: string; ca: string };
}

/** `key`: PEM of the private key; null when it is on the device. */
export async function certificateFile(issued: IssuedCertificate, key: NewRequest["key"] | null): Promise<Blob> {
  const { zipSync, strToU8 } = await import("fflate");
  const files = {
    ...(key !== null && { "key.pem": strToU8(key) }),
    "certificate.pem": strToU8(issued.pem),
    "ca.pem": strToU8(issued.connection.ca),
    "README.txt": strToU8(readme(issued, key !== null)),
  };
  return new Blob([new Uint8Array(zipSync(files))], { type: "application/zip" });
}

export function readme({ certificate, connection }: IssuedCertificate, withKey: boolean): string {
  const [host, port] = [connection.endpoint.replace(/:\d+$/, ""), connection.endpoint.split(":").at(-1)];
  return [
    `设备 Device: ${connection.clientId}`,
    `证书 Certificate: ${certificate.id}`,
    `有效期至 Valid until: ${certificate.notAfter}`,
    "",
    "连接 Connection: MQTT 3.1.1 over TLS 1.2+, mutual TLS",
    `  host         ${host}`,
    `  port         ${port}`,
    `  client id    ${connection.clientId}`,
    "  certificate  certificate.pem",
    `  private key  ${withKey ? "key.pem" : "设备内 on the device"}`,
    "  CA           ca.pem",
    "  QoS 1; retain = false",
    "",
    "发布 Publish (HJ 212 frames or JSON):",
    ...connection.publish.map((topic) => `  ${topic}`),
    "订阅 Subscribe:",
    `  ${connection.subscribe}`,
    "",
    ...(withKey
      ? [
          "key.pem 只有这一份，系统没有留存：装到设备后请删除本文件。",
          "key.pem exists only here; nobody kept a copy. Delete this file when the device has it.",
        ]
      : ["私钥在设备里，没有离开过设备。", "The private key is on the device and never left it."]),
    "",
  ].join("\r\n");
}
