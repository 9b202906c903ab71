import { expect } from "chai";
import { ANY, type Case, decide, denyWhen, variable, when } from "../support/policy-cases.ts";

const KEY = { "app:key": "blue" };
const CASES: readonly Case[] = [
  {
    says: "StringEquals",
    statements: [when({ StringEquals: { "app:key": "blue" } })],
    context: KEY,
    expected: "Allow",
  },
  {
    says: "StringEquals heeds the case of values",
    statements: [when({ StringEquals: { "app:key": "Blue" } })],
    context: KEY,
    expected: "ImplicitDeny",
  },
  {
    says: "the case of keys does not matter",
    statements: [when({ StringEquals: { "App:Key": "blue" } })],
    context: KEY,
    expected: "Allow",
  },
  {
    says: "one of several values",
    statements: [when({ StringEquals: { "app:key": ["red", "blue"] } })],
    context: KEY,
    expected: "Allow",
  },
  {
    says: "all conditions must hold",
    statements: [when({ StringEquals: { "app:key": "blue" }, Bool: { "app:on": "true" } })],
    context: { ...KEY, "app:on": "false" },
    expected: "ImplicitDeny",
  },
  {
    says: "a key without a value",
    statements: [when({ StringEquals: { "app:key": "blue" } })],
    expected: "ImplicitDeny",
  },
  {
    says: "IfExists holds without a value",
    statements: [when({ StringEqualsIfExists: { "app:key": "blue" } })],
    expected: "Allow",
  },
  {
    says: "IfExists compares a value",
    statements: [when({ StringEqualsIfExists: { "app:key": "red" } })],
    context: KEY,
    expected: "ImplicitDeny",
  },
  {
    says: "StringNotEquals",
    statements: [when({ StringNotEquals: { "app:key": ["red", "blue"] } })],
    context: KEY,
    expected: "ImplicitDeny",
  },
  {
    says: "StringNotEquals holds without a value",
    statements: [when({ StringNotEquals: { "app:key": "red" } })],
    expected: "Allow",
  },
  {
    says: "StringEqualsIgnoreCase",
    statements: [when({ StringEqualsIgnoreCase: { "app:key": "BLUE" } })],
    context: KEY,
    expected: "Allow",
  },
  {
    says: "StringNotEqualsIgnoreCase",
    statements: [when({ StringNotEqualsIgnoreCase: { "app:key": "BLUE" } })],
    context: KEY,
    expected: "ImplicitDeny",
  },
  {
    says: "StringLike",
    statements: [when({ StringLike: { "app:key": "b?u*" } })],
    context: KEY,
    expected: "Allow",
  },
  {
    says: "StringNotLike",
    statements: [when({ StringNotLike: { "app:key": "b*" } })],
    context: KEY,
    expected: "ImplicitDeny",
  },
  {
    says: "ForAllValues with values that all are allowed",
    statements: [when({ "ForAllValues:StringEquals": { "app:keys": ["a", "b"] } })],
    context: { "app:keys": ["a", "b"] },
    expected: "Allow",
  },
  {
    says: "ForAllValues with one that is not",
    statements: [when({ "ForAllValues:StringEquals": { "app:keys": ["a", "b"] } })],
    context: { "app:keys": ["a", "c"] },
    expected: "ImplicitDeny",
  },
  {
    says: "ForAllValues holds without values",
    statements: [when({ "ForAllValues:StringEquals": { "app:keys": "a" } })],
    expected: "Allow",
  },
  {
    says: "ForAnyValue",
    statements: [when({ "ForAnyValue:StringLike": { "app:keys": "a*" } })],
    context: { "app:keys": ["x", "ab"] },
    expected: "Allow",
  },
  {
    says: "ForAnyValue without values",
    statements: [when({ "ForAnyValue:StringEquals": { "app:keys": "a" } })],
    expected: "ImplicitDeny",
  },
  {
    says: "ArnLike part by part",
    statements: [when({ ArnLike: { "aws:SourceArn": "arn:aws:events:*:*:rule/daily-*" } })],
    context: { "aws:SourceArn": "arn:aws:events:eu-west-1:000000000000:rule/daily-1" },
    expected: "Allow",
  },
  {
    says: "ArnEquals takes wildcards too",
    statements: [when({ ArnEquals: { "aws:SourceArn": "arn:aws:sns:*:*:topic" } })],
    context: { "aws:SourceArn": "arn:aws:sns:eu-west-1:000000000000:topic" },
    expected: "Allow",
  },
  {
    says: "ArnNotLike",
    statements: [when({ ArnNotLike: { "aws:SourceArn": "arn:aws:sns:*:*:*" } })],
    context: { "aws:SourceArn": "arn:aws:sns:eu-west-1:000000000000:topic" },
    expected: "ImplicitDeny",
  },
  {
    says: "Bool",
    statements: [ANY, denyWhen({ Bool: { "aws:SecureTransport": false } })],
    context: { "aws:SecureTransport": "true" },
    expected: "Allow",
  },
  {
    says: "Bool in a Deny",
    statements: [ANY, denyWhen({ Bool: { "aws:SecureTransport": "false" } })],
    context: { "aws:SecureTransport": "false" },
    expected: "ExplicitDeny",
  },
  {
    says: "NumericLessThanEquals at the bound",
    statements: [when({ NumericLessThanEquals: { "s3:max-keys": "10" } })],
    context: { "s3:max-keys": "10" },
    expected: "Allow",
  },
  {
    says: "NumericGreaterThan compares numbers, not texts",
    statements: [ANY, denyWhen({ NumericGreaterThan: { "s3:signatureAge": "600000" } })],
    context: { "s3:signatureAge": "70000" },
    expected: "Allow",
  },
  {
    says: "DateLessThan",
    statements: [when({ DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } })],
    context: { "aws:CurrentTime": "2026-11-22T10:00:00Z" },
    expected: "Allow",
  },
  {
    says: "DateGreaterThan with seconds since the epoch",
    statements: [when({ DateGreaterThan: { "aws:EpochTime": "2027-01-01T00:00:00Z" } })],
    context: { "aws:EpochTime": "1795341600" },
    expected: "ImplicitDeny",
  },
  {
    says: "Null true wants no value",
    statements: [when({ Null: { "app:key": "true" } })],
    expected: "Allow",
  },
  {
    says: "Null false wants a value",
    statements: [when({ Null: { "app:key": "false" } })],
    expected: "ImplicitDeny",
  },
  {
    says: "IpAddress in a network",
    statements: [when({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } })],
    context: { "aws:SourceIp": "10.1.2.3" },
    expected: "Allow",
  },
  {
    says: "NotIpAddress",
    statements: [when({ NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "::1"] } })],
    context: { "aws:SourceIp": "10.1.2.3" },
    expected: "ImplicitDeny",
  },
  {
    says: "BinaryEquals compares the bytes",
    statements: [when({ BinaryEquals: { "app:key": "QmxhdQ==" } })],
    context: { "app:key": "QmxhdQ==" },
    expected: "Allow",
  },
  {
    says: "NumericEquals of a text that is no number",
    statements: [when({ NumericEquals: { "s3:max-keys": "ten" } })],
    context: { "s3:max-keys": "ten" },
    expected: "ImplicitDeny",
  },
  {
    says: "ForAllValues with a negated operator",
    statements: [when({ "ForAllValues:StringNotLike": { "app:keys": "secret*" } })],
    context: { "app:keys": ["name", "secretName"] },
    expected: "ImplicitDeny",
  },
  {
    says: "ArnLikeIfExists holds without a value",
    statements: [when({ ArnLikeIfExists: { "aws:SourceArn": "arn:aws:sns:*:*:topic" } })],
    expected: "Allow",
  },
  {
    says: "an unknown operator allows nothing",
    statements: [when({ StringAlmost: { "app:key": "blue" } })],
    context: KEY,
    expected: "ImplicitDeny",
  },
  {
    says: "an unknown operator in a Deny denies",
    statements: [ANY, denyWhen({ StringAlmost: { "app:key": "red" } })],
    context: KEY,
    expected: "ExplicitDeny",
  },
  {
    says: "a Deny whose key has no value does not apply",
    statements: [ANY, denyWhen({ StringEquals: { "app:key": "blue" } })],
    expected: "Allow",
  },
  {
    says: "a policy variable in a condition",
    statements: [when({ StringEquals: { "dynamodb:LeadingKeys": variable("aws:username") } })],
    context: { "dynamodb:LeadingKeys": ["ana"], "aws:username": "ana" },
    expected: "Allow",
  },
];

describe("Conditions of policies hold as on AWS:", () => {
  for (const testCase of CASES) {
    it(`${testCase.says} → ${testCase.expected}`, () => {
      expect(decide(testCase).effect).to.equal(testCase.expected);
    });
  }
});
