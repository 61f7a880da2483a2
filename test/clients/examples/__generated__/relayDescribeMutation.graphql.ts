/**
 * @generated SignedSource<<ef3f6e63d2f2da0897fa4f4862d702d4>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type relayDescribeMutation$variables = {
  description: string;
  name: string;
};
export type relayDescribeMutation$data = {
  readonly updateProcess: {
    readonly process: {
      readonly description: string | null | undefined;
      readonly id: string;
    };
  };
};
export type relayDescribeMutation = {
  response: relayDescribeMutation$data;
  variables: relayDescribeMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "description"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "name"
},
v2 = [
  {
    "alias": null,
    "args": [
      {
        "fields": [
          {
            "kind": "Variable",
            "name": "description",
            "variableName": "description"
          },
          {
            "fields": [
              {
                "kind": "Variable",
                "name": "name",
                "variableName": "name"
              }
            ],
            "kind": "ObjectValue",
            "name": "process"
          }
        ],
        "kind": "ObjectValue",
        "name": "input"
      }
    ],
    "concreteType": "UpdateProcessPayload",
    "kind": "LinkedField",
    "name": "updateProcess",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Process",
        "kind": "LinkedField",
        "name": "process",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "description",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "relayDescribeMutation",
    "selections": (v2/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [
      (v1/*:: as any*/),
      (v0/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "relayDescribeMutation",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "9e7e81423b5dc414381a4fd69c19f502",
    "id": null,
    "metadata": {},
    "name": "relayDescribeMutation",
    "operationKind": "mutation",
    "text": "mutation relayDescribeMutation(\n  $name: String!\n  $description: String!\n) {\n  updateProcess(input: {process: {name: $name}, description: $description}) {\n    process {\n      id\n      description\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "6af73156015756560efb0454b2a18369";

export default node;
