// Calls GetCallerIdentity with the STS client of today, which signs by ACS3-HMAC-SHA256, and prints what became of
// it as one line of JSON.
'use strict';
const { default: Client } = require('@alicloud/sts20150401');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

async function main() {
  const endpoint = new URL(process.env.ENDPOINT);
  const client = new Client(new $OpenApiUtil.Config({
    accessKeyId: process.env.KEY_ID,
    accessKeySecret: process.env.KEY_SECRET,
    securityToken: process.env.KEY_TOKEN || undefined,
    endpoint: endpoint.host,
    protocol: 'HTTP',
  }));
  return (await client.getCallerIdentity()).body;
}

main().then(
  (body) => console.log(JSON.stringify({ arn: body.arn, account: body.accountId })),
  (err) => console.log(JSON.stringify({ code: err.code || String(err.name) })),
);
