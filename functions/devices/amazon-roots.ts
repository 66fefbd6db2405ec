import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";

/** Amazon Trust Services, as Node carries them: the roots of every AWS IoT data endpoint (`iot:Data-ATS`). PEM. */
export const amazonRoots = (): string =>
  rootCertificates
    .filter((pem) =>
      /^CN=(Amazon Root CA \d|Starfield Services Root Certificate Authority - G2)$/m.test(
        new X509Certificate(pem).subject,
      ),
    )
    .join("\n");
