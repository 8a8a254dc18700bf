// Calls GetCallerIdentity with pop-core, which signs by RPC V1, and prints what became of it as one line of JSON.
'use strict';
const { RPCClient } = require('@alicloud/pop-core');

async function main() {
  const client = new RPCClient({
    endpoint: process.env.ENDPOINT,
    apiVersion: '2015-04-01',
    accessKeyId: process.env.KEY_ID,
    accessKeySecret: process.env.KEY_SECRET,
    ...(process.env.KEY_TOKEN ? { securityToken: process.env.KEY_TOKEN } : {}),
  });
  return client.request('GetCallerIdentity', {}, { method: process.env.METHOD || 'GET', formatParams: false });
}

main().then(
  (body) => console.log(JSON.stringify({ arn: body.Arn, account: body.AccountId })),
  (err) => console.log(JSON.stringify({ code: err.code || String(err.name) })),
);
