/** What no rule looks at, and why none has to; `stack-coverage` asks for it. */
export const uncovered: Readonly<Record<string, string>> = {
  "aws:cloudwatch/dashboard:Dashboard":
    "A picture: nothing depends on it, and it shows nobody what he could not see before.",
  "aws:ec2/internetGateway:InternetGateway":
    "Crosswalk adds one to every network; it is free, and no route leads to it.",
  "aws:ec2/routeTable:RouteTable": "Holds the routes within the network alone; rules are about subnets.",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "Says which subnet has which table, nothing more.",
  "aws:rds/subnetGroup:SubnetGroup":
    "Names the network's subnets, which are judged; AWS itself demands two zones.",
};

/** What components of other packages are made of: Pulumi's engine shows that to the rules, an offline stack only the component. */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  "awsx:ec2:Vpc": [
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
  ],
};
